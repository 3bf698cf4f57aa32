/** The WebAssembly module as a Base64 string (`dist/detect/inlined.js`). */
export const base64: string;
