import type { Refusal } from "@lianzheng/sdk/refusal";
import { tableLines } from "../output/table.ts";
import { printable } from "../output/width.ts";
import type { VerdictStyle } from "./style.ts";
import type { Bilingual } from "./words.ts";

/** What a node signed when it refused: that it did, not that it was right. */
export function refusalLines(
  file: string,
  refusal: Refusal,
  { colors, language, brief }: VerdictStyle,
): readonly string[] {
  const { origin, time, member, code, field, policy, request } = refusal;
  const said = { en: "signed refusal", zh: "已签名的拒绝回执" }[language];
  const by =
    policy === null ? code : `${code} (${policy.name}, ${{ en: "version", zh: "版本" }[language]} ${policy.version})`;
  const head = `${colors.green({ en: "verified", zh: "核验通过" }[language])} ${said}: ${printable(file)}`;
  if (brief) return [head];
  const rows: readonly (readonly [Bilingual, string])[] = [
    [{ en: "node", zh: "节点" }, origin],
    [{ en: "time", zh: "时间" }, time],
    [{ en: "member", zh: "成员" }, member],
    [{ en: "rule", zh: "规则" }, by],
    [{ en: "field", zh: "字段" }, field ?? ""],
    [{ en: "request", zh: "请求" }, request],
  ];
  return [head, ...tableLines(rows.map(([name, value]) => [`  ${name[language]}`, printable(value)]))];
}
