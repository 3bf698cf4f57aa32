// What a program sees where there is no WebAssembly.
import { AirudderError, Client, crypto, Webhooks } from "airudder";

const failed = [
  () => new Client({ appKey: "k", appSecret: "s" }),
  () => new Webhooks({ secret: "s" }),
  () => crypto.digest(""),
].filter((run) => {
  try {
    run();
  } catch (error) {
    const isClear = error instanceof AirudderError && error.code === "E1001" && error.cause instanceof Error;
    return !(isClear && error.message.includes("--jitless"));
  }
  return true;
});
console.log(failed.length === 0 ? "all good" : `failed: ${failed.join()}`);
