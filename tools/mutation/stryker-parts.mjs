// Parts that StrykerJS lacks: it tries the changes of some lines, and none of what messages say.
import { declareClassPlugin, declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

const MUTATED = Object.entries(JSON.parse(process.env.MUTATED));

/** Lets those changes through that begin in the lines of this shard: a range of Stryker's loses what crosses its ends. */
class Lines {
  async init() {}

  async check(mutants) {
    const other = { status: "compileError", reason: "it is in another shard" };
    return Object.fromEntries(mutants.map((one) => [one.id, isHere(one) ? { status: "passed" } : other]));
  }
}

function isHere({ fileName, location }) {
  const [, [first, last]] = MUTATED.find(([file]) => fileName.endsWith(file));
  const line = location.start.line + 1;
  return line >= first && line <= last;
}

const messages = {
  shouldIgnore(path) {
    const isText = path.isStringLiteral() || path.isTemplateLiteral();
    return isText && path.toString().includes(" ") ? "it is a message" : undefined;
  },
};

export const strykerPlugins = [
  declareClassPlugin(PluginKind.Checker, "lines", Lines),
  declareValuePlugin(PluginKind.Ignore, "messages", messages),
];
