/** The WebAssembly module as a Base64 string (`dist/catalog/inlined.js`). */
export const base64: string;
