import * as airudder from "airudder";
import { smoke } from "./smoke.mjs";

export default {
  async fetch(request) {
    return new Response(await smoke(airudder, new URL(request.url).searchParams.get("sandbox")));
  },
};
