// Certificates for the tests, made by openssl into a folder: an authority, and what it signs.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const openssl = (...options) => execFileSync("openssl", options, { stdio: "ignore" });
const NEW = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** An authority of this name; `sign` gives the key and the certificate of a host, and the paths of both. */
export function authority(folder, name) {
  const at = (file) => join(folder, `${name}-${file}`);
  const [key, cert] = [at("ca.key"), at("ca.pem")];
  const isAuthority = ["-addext", "basicConstraints=critical,CA:TRUE"];
  openssl(
    "req",
    "-x509",
    ...NEW,
    "-days",
    "36500",
    "-keyout",
    key,
    "-out",
    cert,
    "-subj",
    `/CN=${name}`,
    ...isAuthority,
  );
  const sign = (host, days = 36500) => {
    const [ownKey, request, own, more] = ["key", "csr", "pem", "ext"].map((kind) => at(`${host}${days}.${kind}`));
    writeFileSync(more, `subjectAltName=DNS:${host}\n`);
    openssl("req", ...NEW, "-keyout", ownKey, "-out", request, "-subj", `/CN=${host}`);
    const by = ["-CA", cert, "-CAkey", key, "-CAcreateserial", "-extfile", more, "-days", String(days)];
    openssl("x509", "-req", "-in", request, "-out", own, ...by);
    return { key: readFileSync(ownKey), cert: readFileSync(own), keyPath: ownKey, certPath: own };
  };
  return { ca: readFileSync(cert), path: cert, sign };
}
