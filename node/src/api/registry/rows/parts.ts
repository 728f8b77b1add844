import { Type, type TArray, type TNull, type TObject, type TSchema, type TUnion, type TUnsafe } from "typebox";

/** What rows of the law are made of: the contracts' facts as JSON, docs/registry.md. */

export const Digest = Type.String({ pattern: "^0x[0-9a-f]{64}$", description: "32 bytes" });
export const Address = Type.String({ pattern: "^0x[0-9a-f]{40}$", description: "20 bytes" });
export const Uscc = Type.String({ pattern: "^[0-9A-Z]{18}$", description: "A member, by 统一社会信用代码" });
export const Seconds = Type.Integer({ minimum: 0, description: "Unix seconds; 0 for never" });
export const Count = Type.Integer({ minimum: 0 });
export const Flag = Type.Boolean();
export const Bits = Type.Array(Type.Integer({ minimum: 0, maximum: 63 }), {
  description: "Numbers in the consortium's own catalogue",
});

/** The contracts have no empty digest and no empty member: zero bytes are null. */
export function orNull<Schema extends TSchema>(schema: Schema): TUnion<[Schema, TNull]> {
  return Type.Union([schema, Type.Null()]);
}

/** Names of an enumeration of the contracts. */
export function wordOf<Names extends Readonly<Record<string, number>>>(names: Names): TUnsafe<keyof Names & string> {
  return Type.Unsafe<keyof Names & string>({ type: "string", enum: Object.keys(names) });
}

/** From when on it had each value. */
export function sinceOf<Schema extends TSchema>(
  value: Schema,
): TArray<TObject<{ since: typeof Seconds; value: Schema }>> {
  return Type.Array(Type.Object({ since: Seconds, value }));
}

/** Facts whose members differ from one to the next. */
export const Facts = Type.Record(Type.String(), Type.Unknown());

/** Another schema of the document, by its name. */
export function refTo(name: string): TUnsafe<object> {
  return Type.Unsafe<object>({ $ref: `#/components/schemas/${name}` });
}

/** A row: what lists show of it, and what only the row itself has. */
export interface RowSchema {
  readonly name: string;
  readonly listed: Readonly<Record<string, TSchema>>;
  readonly more: Readonly<Record<string, TSchema>>;
}
