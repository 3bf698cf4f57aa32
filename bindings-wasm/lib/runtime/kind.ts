/** Classes that `instanceof` knows again across copies of this package and across realms. */

/** Where a prototype names its class and those above it. The registry of symbols is one for all realms. */
const KINDS = Symbol.for("airudder.kinds");

/**
 * Has `instanceof` take objects of the same class of another copy of this package: of `import` and `require` under some
 * bundlers, of a context of its own as under Jest, of a second version. Classes that extend these are as usual.
 */
export function knownAcrossRealms(kinds: Record<string, abstract new (...args: never[]) => object>): void {
  for (const [name, kind] of Object.entries(kinds)) {
    const above: readonly string[] = Object(kind.prototype)[KINDS] ?? [];
    Object.defineProperty(kind.prototype, KINDS, { value: [...above, name] });
    Object.defineProperty(kind, Symbol.hasInstance, {
      configurable: true,
      value(this: { prototype: object }, object: unknown): boolean {
        return this === kind ? isOf(object, name) : Function.prototype[Symbol.hasInstance].call(this, object);
      },
    });
  }
}

function isOf(object: unknown, name: string): boolean {
  if (typeof object !== "object" || object === null) {
    return false;
  }
  const kinds = (object as { [KINDS]?: unknown })[KINDS];
  return Array.isArray(kinds) && kinds.includes(name);
}
