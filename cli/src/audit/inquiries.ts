import type { Bilingual, Inquiry } from "@lianzheng/sdk/audit";
import type { Checkpoint } from "@lianzheng/sdk/log";
import type { ChainView } from "./chain.ts";
import type { Sampled } from "./sampling.ts";
import type { AuditState } from "./state.ts";

/** What an audit came to, before its findings are counted. */
export interface Inquired {
  readonly state: AuditState;
  readonly opened: { readonly target: Checkpoint; readonly chain: ChainView | undefined };
  /** Undefined where no entries were read. */
  readonly subjects: number | undefined;
  /** Undefined where nothing was sampled. */
  readonly sampled: Sampled | undefined;
  /** Records that an earlier run had walked. */
  readonly from: number;
}

/** Of a note that the log's key did not sign. */
export const unsignedInquiry: Inquiry = {
  question: "signed",
  checked: 1,
  done: true,
  reason: {
    en: "Nothing can be held against a log whose checkpoint its key did not sign.",
    zh: "检查点未经日志密钥签署，无从核对。",
  },
};

/** How much was checked of each question, in words. */
export function inquiriesOf(inquired: Inquired): readonly Inquiry[] {
  const { target } = inquired.opened;
  const whole = inquired.state.edge.size >= target.size;
  return [
    {
      question: "signed",
      checked: 1,
      done: true,
      reason: {
        en: `The log's key, which the policy names, signed the checkpoint of ${target.size} records.`,
        zh: `策略所列的日志密钥签署了含 ${target.size} 条记录的检查点。`,
      },
    },
    roots(inquired, whole),
    kept(inquired, whole),
    anchored(inquired, whole),
    entries(inquired, whole),
    sequences(inquired, whole),
    sampled(inquired),
  ];
}

function roots({ state: { counts, edge }, from, opened: { target } }: Inquired, done: boolean): Inquiry {
  const parts =
    from === 0
      ? { en: "", zh: "" }
      : { en: `, ${from} of them in an earlier run`, zh: `（其中 ${from} 条由先前的运行核对）` };
  const reason = done
    ? {
        en: `Every root over ${edge.size} records was computed again from ${counts.tiles} tiles${parts.en}.`,
        zh: `已由 ${counts.tiles} 个分片重新计算 ${edge.size} 条记录的全部根${parts.zh}。`,
      }
    : {
        en: `Only ${edge.size} of ${target.size} records could be read.`,
        zh: `共 ${target.size} 条记录，仅能读取 ${edge.size} 条。`,
      };
  return { question: "roots", checked: counts.tiles, done, reason };
}

function kept({ state: { counts } }: Inquired, done: boolean): Inquiry {
  const reason: Bilingual = {
    en: `${counts.kept} checkpoints that the log signed and this audit has seen were held against its records.`,
    zh: `本审计所见的 ${counts.kept} 个已签检查点均与记录核对。`,
  };
  return { question: "kept", checked: counts.kept, done, reason };
}

function anchored({ state: { counts }, opened: { chain, target } }: Inquired, whole: boolean): Inquiry {
  const checked = counts.anchored;
  if (chain === undefined) {
    const reason = {
      en: "Not compared: no endpoint of the chain was named. Whether others were shown another log is open.",
      zh: "未核对：未指定链的接口。是否向他人出示过另一份日志，无从得知。",
    };
    return { question: "anchored", checked, done: false, reason };
  }
  if (chain.published.length === 0) {
    const reason = {
      en: `By block ${chain.block} the chain had accepted no checkpoint of this log.`,
      zh: `截至区块 ${chain.block}，链上尚无该日志的检查点。`,
    };
    return { question: "anchored", checked, done: target.size === 0, reason };
  }
  const behind = target.size - Math.max(...chain.published.map(({ size }) => size));
  const open =
    behind > 0
      ? { en: ` The last ${behind} records are not on the chain yet.`, zh: ` 最后 ${behind} 条记录尚未上链。` }
      : { en: "", zh: "" };
  const reason = {
    en: `${checked} checkpoints that the chain had accepted by block ${chain.block} were compared, by the word of ${chain.url}.${open.en}`,
    zh: `依据 ${chain.url} 所述，截至区块 ${chain.block} 链上接受的检查点共核对 ${checked} 个。${open.zh}`,
  };
  return { question: "anchored", checked, done: whole, reason };
}

const closed: Bilingual = {
  en: "Not checked: the log does not show its entries to this reader. A token of the operator or an auditor (--token-file) opens them; --fresh reads from the start.",
  zh: "未核对：日志未向本读者公开条目。可用运营者或审计者的令牌（--token-file），并以 --fresh 从头读取。",
};

function entries({ state: { counts, rows, edge } }: Inquired, whole: boolean): Inquiry {
  if (rows === null) return { question: "entries", checked: 0, done: false, reason: closed };
  const reason = {
    en: `${counts.entries} of ${edge.size} entries were hashed, held against the tree, and are in their one form.`,
    zh: `共 ${edge.size} 条，已对 ${counts.entries} 条条目计算哈希、与树核对并检查格式。`,
  };
  return { question: "entries", checked: counts.entries, done: whole && counts.entries === edge.size, reason };
}

function sequences({ state: { counts, rows, edge }, subjects }: Inquired, whole: boolean): Inquiry {
  if (rows === null || subjects === undefined)
    return { question: "sequences", checked: 0, done: false, reason: closed };
  const reason = {
    en: `The sequences of ${subjects} subjects were followed. A record that never was in the log leaves no gap.`,
    zh: `已核对 ${subjects} 个事项的序列。从未写入日志的记录不会留下缺口。`,
  };
  return { question: "sequences", checked: subjects, done: whole && counts.entries === edge.size, reason };
}

function sampled({ sampled: taken }: Inquired): Inquiry {
  if (taken === undefined || taken.drawn.length === 0) {
    const reason = {
      en: "Nothing was sampled: that takes a node's address and a token (--token-file).",
      zh: "未抽样：需要节点地址和令牌（--token-file）。",
    };
    return { question: "sampled", checked: 0, done: false, reason };
  }
  const verified = taken.drawn.filter(({ result }) => result === "verified").length;
  const reason = {
    en: `${verified} of ${taken.drawn.length} records, drawn by the root, verified offline by the policy.`,
    zh: `以根为种子抽取 ${taken.drawn.length} 条记录，其中 ${verified} 条依策略离线核验通过。`,
  };
  return { question: "sampled", checked: taken.drawn.length, done: verified === taken.drawn.length, reason };
}
