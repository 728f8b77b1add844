import { setTimeout as sleep } from "node:timers/promises";
import type { ContractName, Deployment } from "@lianzheng/sdk/chain";
import {
  AttestationsFactory,
  CouncilFactory,
  DirectoryFactory,
  EmergencyFactory,
  EvidenceLogsFactory,
  MembersFactory,
  RegistryFactory,
  RightsFactory,
  TradesFactory,
  toContractFault,
} from "@lianzheng/sdk/contracts";
import type {
  Attestations,
  ContractFault,
  Council,
  Directory,
  Emergency,
  EvidenceLogs,
  Members,
  Registry,
  Rights,
  Trades,
} from "@lianzheng/sdk/contracts";
import type { Hex } from "@lianzheng/sdk/encoding";
import { isError } from "ethers";
import type { ContractTransaction, JsonRpcProvider, TransactionReceipt, Wallet } from "ethers";
import type { GasBook } from "./gas-book.ts";

/** The chain answers when a block holds the transaction; this is for chains that do not. */
const ASKED_EVERY_MS = 20;
const PATIENCE_MS = 30_000;

/** More gas than any step of the story needs; given where the sender wants the refusal to stand in a block. */
const PLENTY_OF_GAS = 3_000_000n;

/** A call and the account that makes it. */
export interface Call {
  readonly from: Wallet;
  readonly call: Promise<ContractTransaction>;
}

/** A call that is only asked about. */
interface Question {
  readonly from: string;
  readonly to: string;
  readonly data: string;
  /** After this block; the newest if left out. */
  readonly blockTag?: number;
}

/** How the chain answered an attempt. */
export interface Attempt {
  readonly receipt: TransactionReceipt;
  /** What the contract said when it refused. */
  readonly fault: ContractFault | undefined;
}

/** The story's door to the contracts: it sends, waits for the block, and keeps count of the gas. */
export class Ledger {
  readonly provider: JsonRpcProvider;
  readonly deployment: Deployment;
  readonly directory: Directory;
  readonly members: Members;
  readonly council: Council;
  readonly emergency: Emergency;
  readonly attestations: Attestations;
  readonly registry: Registry;
  readonly rights: Rights;
  readonly trades: Trades;
  readonly evidenceLogs: EvidenceLogs;
  readonly #gas: GasBook;
  /** Settles, never rejects, when what was sent last is with the chain. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(provider: JsonRpcProvider, deployment: Deployment, gas: GasBook) {
    const at = (name: ContractName): string => deployment.contracts[name].address;
    this.provider = provider;
    this.deployment = deployment;
    this.directory = DirectoryFactory.connect(at("directory"), provider);
    this.members = MembersFactory.connect(at("members"), provider);
    this.council = CouncilFactory.connect(at("council"), provider);
    this.emergency = EmergencyFactory.connect(at("emergency"), provider);
    this.attestations = AttestationsFactory.connect(at("attestations"), provider);
    this.registry = RegistryFactory.connect(at("registry"), provider);
    this.rights = RightsFactory.connect(at("rights"), provider);
    this.trades = TradesFactory.connect(at("trades"), provider);
    this.evidenceLogs = EvidenceLogsFactory.connect(at("evidenceLogs"), provider);
    this.#gas = gas;
  }

  /**
   * Sends a call that must succeed.
   *
   * @param action - name under which its gas is counted, such as `Rights.grant`
   * @throws Error if the contract refuses it
   */
  async send(action: string, from: Wallet, call: Promise<ContractTransaction>): Promise<TransactionReceipt> {
    const [receipt] = await this.sendAll(action, [{ from, call }]);
    if (receipt === undefined) throw new TypeError("one call has one receipt");
    return receipt;
  }

  /**
   * Sends several calls at once, so that they share a block; all must succeed.
   *
   * @returns their receipts, in the order of the calls
   */
  async sendAll(action: string, calls: readonly Call[]): Promise<readonly TransactionReceipt[]> {
    const sent = await this.#alone(async () => {
      const signed = await this.#signAll(calls);
      return await Promise.all(signed.map((transaction) => this.provider.broadcastTransaction(transaction)));
    });
    const receipts = await Promise.all(sent.map(({ hash }) => this.#included(hash)));
    for (const receipt of receipts) {
      if (receipt.status !== 1) throw await this.#refusal(action, receipt);
      this.#gas.note(action, receipt.gasUsed);
    }
    return receipts;
  }

  /** Sends a call without asking first whether it would succeed, so that a refusal stands in a block too. */
  async attempt(from: Wallet, call: Promise<ContractTransaction>): Promise<Attempt> {
    const { to, data } = await call;
    const fault = await this.#faultOf({ from: from.address, to, data });
    const request = { to, data, type: 0, gasPrice: 0n, gasLimit: PLENTY_OF_GAS };
    const sent = await this.#alone(() => from.connect(this.provider).sendTransaction(request));
    return { receipt: await this.#included(sent.hash), fault };
  }

  /** Time of the newest block, seconds since 1970: periods go by the chain's clock, not this machine's. */
  async chainTime(): Promise<number> {
    return (await this.provider.getBlock("latest"))?.timestamp ?? 0;
  }

  /** Seconds since 1970, as far from now as given; for deadlines. */
  secondsFromNow(seconds: number): number {
    return Math.floor(Date.now() / 1_000) + seconds;
  }

  /** Two scenes that send for one account at the same time must not both take its next number. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** An account's transactions are numbered in the order of its calls. */
  async #signAll(calls: readonly Call[]): Promise<readonly string[]> {
    const { chainId } = this.deployment;
    const nonces = new Map<string, number>();
    for (const { address } of new Set(calls.map(({ from }) => from))) {
      nonces.set(address, await this.provider.getTransactionCount(address, "pending"));
    }
    const requests = calls.map(({ from, call }) => {
      const nonce = nonces.get(from.address) ?? 0;
      nonces.set(from.address, nonce + 1);
      return { from, call, nonce };
    });
    return Promise.all(
      requests.map(async ({ from, call, nonce }) =>
        from.signTransaction({ ...(await call), type: 0, gasPrice: 0n, gasLimit: PLENTY_OF_GAS, nonce, chainId }),
      ),
    );
  }

  /** Asks again for the reason, against the state before the block that refused. */
  async #refusal(action: string, { hash, blockNumber }: TransactionReceipt): Promise<Error> {
    const transaction = await this.provider.getTransaction(hash);
    const { from = "", to = "", data = "" } = transaction ?? {};
    const fault = await this.#faultOf({ from, to: to ?? "", data, blockTag: blockNumber - 1 });
    return new Error(`${action}: the contract refused: ${fault?.name ?? "for no reason that it gave"} (${hash})`);
  }

  async #faultOf(request: Question): Promise<ContractFault | undefined> {
    try {
      await this.provider.call(request);
      return undefined;
    } catch (error) {
      if (isError(error, "CALL_EXCEPTION")) return toContractFault(error.data);
      throw error;
    }
  }

  async #included(hash: string): Promise<TransactionReceipt> {
    for (let waited = 0; waited < PATIENCE_MS; waited += ASKED_EVERY_MS) {
      const receipt = await this.provider.getTransactionReceipt(hash);
      if (receipt !== null) return receipt;
      await sleep(ASKED_EVERY_MS);
    }
    throw new Error(`no block took transaction ${hash} within ${PATIENCE_MS / 1_000} s`);
  }
}

/** An id that an event of `receipt` carries as its first indexed parameter. */
export function idFromEvent(receipt: TransactionReceipt | undefined, topic: string): Hex {
  const id = receipt?.logs.find((log) => log.topics[0] === topic)?.topics[1];
  if (id === undefined) throw new Error(`transaction ${receipt?.hash ?? "not sent"} has no such event`);
  return id as Hex;
}
