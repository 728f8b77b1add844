import { MembersFactory, maskOfRoles } from "@lianzheng/sdk/contracts";
import type { Hex } from "@lianzheng/sdk/encoding";
import { fromHex, fromUtf8 } from "@lianzheng/sdk/encoding";
import type { Policy } from "@lianzheng/sdk/evidence";
import { toInstant } from "@lianzheng/sdk/record";
import type { JsonRpcProvider } from "ethers";

type PolicyMember = Policy["members"][number];
type PolicyKey = PolicyMember["keys"][number];

/** End of a key that has none: the most that the contract's type holds. */
const NO_END = 2n ** 48n - 1n;

/**
 * Every member that the chain ever had, with the lives of the keys that may act for it, in the order of admission: a key
 * that only publishes, manages keys or votes signs no statement.
 *
 * @param contract - address of `Members`, and a block from which on it stands there
 */
export async function membersOnChain(
  provider: JsonRpcProvider,
  { address, block }: { readonly address: Hex; readonly block: number },
): Promise<readonly PolicyMember[]> {
  const contract = MembersFactory.connect(address, provider);
  const added = await contract.queryFilter(contract.filters.KeyAdded(), block);
  const retired = await contract.queryFilter(contract.filters.KeyRetired(), block);
  const ends = new Map(retired.map(({ args }) => [args.key, args.until]));
  const keys = new Map<string, PolicyKey[]>();
  for (const { args } of added) {
    if ((Number(args.roles) & maskOfRoles(["act"])) === 0) continue;
    const uscc = fromUtf8(fromHex(args.member));
    // A key that reaches the end with which it was added ends without another event.
    const until = ends.get(args.key) ?? (args.until === NO_END ? undefined : args.until);
    keys.set(uscc, [...(keys.get(uscc) ?? []), keyOf(args.key, args.from, until)]);
  }
  return [...keys].map(([uscc, lives]) => ({ uscc, keys: lives }));
}

/** The chain counts in seconds. */
function keyOf(address: string, from: bigint, until: bigint | undefined): PolicyKey {
  return {
    address: address.toLowerCase() as Hex,
    from: toInstant(Number(from) * 1_000),
    until: until === undefined ? null : toInstant(Number(until) * 1_000),
  };
}
