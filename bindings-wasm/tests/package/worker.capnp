using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "airudder.wasm", wasm = embed "airudder.wasm"),
    (name = "receive.wasm", wasm = embed "receive.wasm"),
    (name = "catalog.wasm", wasm = embed "catalog.wasm"),
    (name = "detect.wasm", wasm = embed "detect.wasm"),
  ],
  compatibilityDate = "2025-01-01",
);
