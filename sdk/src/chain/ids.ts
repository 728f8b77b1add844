import { concatBytes, EvidenceError, fromHex, keccak256, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { bytesWord, stringTail, uintWord } from "./abi.ts";

/**
 * A member's id on the chain: the 18 ASCII bytes of its USCC (`bytes18`).
 * Its check character is not computed here: `isUscc` of the record room does that.
 * @throws EvidenceError E_USCC for another length or other characters
 */
export function memberIdOf(uscc: string): Hex {
  if (!/^[0-9A-Z]{18}$/.test(uscc)) throw new EvidenceError("E_USCC", "a USCC has 18 characters of 0-9 and A-Z");
  return toHex(utf8(uscc));
}

/**
 * A log's id: `keccak256(abi.encode(bytes18 owner, string origin))`.
 * @throws EvidenceError E_USCC
 * @see docs/formats.md section 2
 */
export function logIdOf(ownerUscc: string, origin: string): Hex {
  const head = concatBytes(bytesWord(fromHex(memberIdOf(ownerUscc))), uintWord(64));
  return toHex(keccak256(head, stringTail(origin)));
}

/**
 * A trade's id: `keccak256(abi.encode(bytes32("trade"), bytes18 seller, bytes32 salt))`.
 * @param salt - 32 bytes, chosen by the seller
 * @throws EvidenceError E_USCC
 * @see docs/formats.md section 2
 */
export function tradeIdOf(sellerUscc: string, salt: Hex): Hex {
  const seller = bytesWord(fromHex(memberIdOf(sellerUscc)));
  return toHex(keccak256(bytesWord(utf8("trade")), seller, fromHex(salt, 32)));
}

/** `head(0)` of a trade without steps. */
export const EMPTY_STAGE_HEAD: Hex = `0x${"00".repeat(32)}`;

/**
 * The head of a trade after one more step: `keccak256(abi.encode(head(n-1), uint8 stage, bytes32 evidence))`.
 * @param stage    - 1 listing to 11 distribution
 * @param evidence - leaf hash of the step's record, 32 bytes
 * @see docs/formats.md section 11
 */
export function stageHead(previousHead: Hex, stage: number, evidence: Hex): Hex {
  return toHex(keccak256(fromHex(previousHead, 32), uintWord(stage), fromHex(evidence, 32)));
}
