/** The WebAssembly module as a Base64 string (`dist/receive/inlined.js`). */
export const base64: string;
