/** Witnesses other members' logs; what it answers is a status of HTTP and what C2SP tlog-witness has in the body. */
export interface WitnessPort {
  /** Answers the body of an `add-checkpoint`. What it cosigned is on disk. */
  answer(
    body: string,
  ): Promise<
    | { readonly status: 200; readonly cosignatures: string }
    | { readonly status: 409; readonly size: number }
    | { readonly status: 400 | 403 | 404 | 422; readonly reason: string }
  >;
}
