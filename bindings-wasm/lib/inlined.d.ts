/** The WebAssembly module as text (`dist/inlined.js`). */
export const base64: string;
