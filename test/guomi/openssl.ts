import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the tests ask of it; names are names of keys. */
export interface OpenSsl {
  read(file: string): Uint8Array;
  /** Makes a key in `<name>.pem`; answers its public key, 65 bytes. */
  key(name: string): Uint8Array;
  /** DER of OpenSSL's own SM2 signature. */
  sign(name: string, message: Uint8Array): Uint8Array;
  /** Whether OpenSSL takes the signature, DER. */
  verifies(name: string, message: Uint8Array, signature: Uint8Array): boolean;
  /** A certificate of a key on another curve; DER. */
  foreign(): Uint8Array;
  /** A certificate of `name`'s key, given by `issuer`; DER. */
  certify(name: string, issuer: string, extensions: string, days?: number): Uint8Array;
}

/** The system's OpenSSL, another program than the one under test; every file in one folder. */
export function openSsl(folder: string): OpenSsl {
  const run = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  };
  const id = "distid:1234567812345678";
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
  return {
    read,
    key(name: string): Uint8Array {
      run("ecparam", "-name", "SM2", "-genkey", "-noout", "-out", `${name}.pem`);
      run("pkey", "-in", `${name}.pem`, "-pubout", "-outform", "DER", "-out", `${name}.pub`);
      return read(`${name}.pub`).subarray(-65);
    },
    sign(name: string, message: Uint8Array): Uint8Array {
      writeFileSync(join(folder, "message"), message);
      run("dgst", "-sm3", "-sigopt", id, "-sign", `${name}.pem`, "-out", "signature", "message");
      return read("signature");
    },
    verifies(name: string, message: Uint8Array, signature: Uint8Array): boolean {
      writeFileSync(join(folder, "message"), message);
      writeFileSync(join(folder, "signature"), signature);
      try {
        run(
          "dgst",
          "-sm3",
          "-sigopt",
          id,
          "-keyform",
          "DER",
          "-verify",
          `${name}.pub`,
          "-signature",
          "signature",
          "message",
        );
        return true;
      } catch {
        return false;
      }
    },
    foreign(): Uint8Array {
      const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "foreign.pem"];
      run("req", "-x509", ...key, "-subj", "/CN=foreign", "-outform", "DER", "-out", "foreign.der");
      return read("foreign.der");
    },
    certify(name: string, issuer: string, extensions: string, days = 3650): Uint8Array {
      writeFileSync(join(folder, "extensions"), extensions);
      run(
        "req",
        "-new",
        "-key",
        `${name}.pem`,
        "-sm3",
        "-sigopt",
        id,
        "-subj",
        `/C=CN/O=${name}`,
        "-out",
        `${name}.csr`,
      );
      const by =
        name === issuer
          ? ["-signkey", `${name}.pem`]
          : ["-CA", `${issuer}.crt`, "-CAkey", `${issuer}.pem`, "-CAcreateserial"];
      const how = ["-sm3", "-vfyopt", id, "-sigopt", id, "-days", String(days), "-extfile", "extensions"];
      run("x509", "-req", "-in", `${name}.csr`, ...by, ...how, "-out", `${name}.crt`);
      run("x509", "-in", `${name}.crt`, "-outform", "DER", "-out", `${name}.der`);
      return read(`${name}.der`);
    },
  };
}

/** DER of r ‖ s by hand, for OpenSSL. */
export function derOf(raw: Uint8Array): Uint8Array {
  const integer = (half: Uint8Array): number[] => {
    const bytes = [...half];
    while (bytes.length > 1 && bytes[0] === 0 && bytes[1]! < 0x80) bytes.shift();
    return bytes[0]! < 0x80 ? [2, bytes.length, ...bytes] : [2, bytes.length + 1, 0, ...bytes];
  };
  const body = [...integer(raw.subarray(0, 32)), ...integer(raw.subarray(32))];
  return Uint8Array.from([0x30, body.length, ...body]);
}
