/** Time-stamping authorities made with openssl: a program of others gives the certificates and the tokens. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { toBase64, toHex } from "@lianzheng/sdk/encoding";

const run = promisify(execFile);

/** A certificate and its key, as files. */
export interface Identity {
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
  /** The certificate, DER in base64. */
  readonly der: string;
}

export interface IdentitySpec {
  /** Who signs it; itself if left out. */
  readonly issuer?: Identity;
  /** Lines of the extensions. */
  readonly extensions?: readonly string[];
  readonly algorithm?: readonly string[];
}

export const authorityExtensions = [
  "basicConstraints=critical,CA:TRUE",
  "keyUsage=critical,keyCertSign",
  "subjectKeyIdentifier=hash",
];
export const stampExtensions = [
  "basicConstraints=CA:FALSE",
  "extendedKeyUsage=critical,timeStamping",
  "subjectKeyIdentifier=hash",
];

/** A folder in which openssl works. */
export class Workshop {
  readonly #folder: string;
  #files = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<Workshop> {
    return new Workshop(await mkdtemp(join(tmpdir(), "lianzheng-tsa-")));
  }

  close(): Promise<void> {
    return rm(this.#folder, { recursive: true });
  }

  async identity(name: string, spec: IdentitySpec = {}): Promise<Identity> {
    const { issuer, extensions = stampExtensions, algorithm = ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"] } = spec;
    const [key, request, certificate, config] = [
      this.#file("key"),
      this.#file("csr"),
      this.#file("crt"),
      this.#file("cnf"),
    ];
    await writeFile(config, `[v3]\n${extensions.join("\n")}\n`);
    await this.#openssl("genpkey", "-algorithm", ...algorithm, "-out", key);
    await this.#openssl("req", "-new", "-key", key, "-subj", `/O=Test/CN=${name}`, "-out", request);
    const signer = issuer === undefined ? ["-signkey", key] : ["-CA", issuer.certificate, "-CAkey", issuer.key];
    const serial = ["-set_serial", String(1000 + this.#files)];
    await this.#openssl(
      "x509",
      "-req",
      "-in",
      request,
      ...signer,
      ...serial,
      "-days",
      "30",
      "-extfile",
      config,
      "-extensions",
      "v3",
      "-out",
      certificate,
    );
    const der = this.#file("der");
    await this.#openssl("x509", "-in", certificate, "-outform", "DER", "-out", der);
    return { name, certificate, key, der: toBase64(new Uint8Array(await readFile(der))) };
  }

  /** A token of `openssl ts` over a SHA-256 digest. */
  async stamp(digest: Uint8Array, signer: Identity, spec: { readonly chain?: Identity } = {}): Promise<Uint8Array> {
    const query = this.#file("tsq");
    await this.#openssl("ts", "-query", "-digest", toHex(digest).slice(2), "-sha256", "-cert", "-out", query);
    return await this.#reply(query, signer, [
      ...(spec.chain === undefined ? [] : ["-chain", spec.chain.certificate]),
      "-token_out",
    ]);
  }

  /** What `openssl ts` answers to the bytes of a query. */
  async answer(query: Uint8Array, signer: Identity): Promise<Uint8Array> {
    const file = this.#file("tsq");
    await writeFile(file, query);
    return await this.#reply(file, signer, []);
  }

  async #reply(query: string, signer: Identity, more: readonly string[]): Promise<Uint8Array> {
    const [reply, config, serial] = [this.#file("tsr"), this.#file("cnf"), this.#file("srl")];
    await writeFile(serial, "01\n");
    const settings = [
      ...["[tsa]", `serial=${serial}`, "crypto_device=builtin", "signer_digest=sha256", "default_policy=1.2.3.4.1"],
      ...["digests=sha256,sha384,sha512", "accuracy=secs:1,millisecs:500", "ess_cert_id_alg=sha256"],
    ];
    await writeFile(config, `${settings.join("\n")}\n`);
    const asked = ["-config", config, "-section", "tsa", "-queryfile", query];
    await this.#openssl(
      "ts",
      "-reply",
      ...asked,
      "-signer",
      signer.certificate,
      "-inkey",
      signer.key,
      ...more,
      "-out",
      reply,
    );
    return new Uint8Array(await readFile(reply));
  }

  /** The content of a token signed again by whom `openssl ts` would not take. */
  async sign(content: Uint8Array, signer: Identity, type = "1.2.840.113549.1.9.16.1.4"): Promise<Uint8Array> {
    const [input, output] = [this.#file("in"), this.#file("cms")];
    await writeFile(input, content);
    await this.#openssl(
      "cms",
      "-sign",
      "-binary",
      "-nodetach",
      "-nosmimecap",
      "-cades",
      "-md",
      "sha256",
      "-econtent_type",
      type,
      "-in",
      input,
      "-outform",
      "DER",
      "-signer",
      signer.certificate,
      "-inkey",
      signer.key,
      "-out",
      output,
    );
    return new Uint8Array(await readFile(output));
  }

  #file(extension: string): string {
    return join(this.#folder, `${String(this.#files++)}.${extension}`);
  }

  async #openssl(...args: readonly string[]): Promise<void> {
    await run("openssl", args, { cwd: this.#folder });
  }
}
