import type { SigningKey } from "ethers";
import { HDNodeWallet, Mnemonic, type Signer } from "ethers";

/** The phrase from which Hardhat's chain makes its accounts. */
const PHRASE = "test test test test test test test test test test test junk";
const COUNT = 20;

const keys = new Map<string, SigningKey>();
for (let i = 0; i < COUNT; ++i) {
  const { address, signingKey } = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(PHRASE), `m/44'/60'/0'/0/${i}`);
  keys.set(address, signingKey);
}

/**
 * The signature of one of the chain's accounts over a digest that a contract's view answered.
 *
 * That those views answer EIP-712's digests is for the tests of the signatures in each room; here a signature is what a call needs.
 */
export async function seal(signer: Signer, digest: Promise<string> | string): Promise<string> {
  const key = keys.get(await signer.getAddress());
  if (key === undefined) throw new Error("not one of the chain's accounts");
  return key.sign(await digest).serialized;
}
