/** The WebAssembly module as a Base64 string (`dist/runtime/inlined.js`). */
export const base64: string;
