/** The node's metrics, as the API sees them. */
export interface MetricsPort {
  /** Who may read them: holders of a key with the scope `monitor`, or everybody. */
  readonly access: "monitor" | "public";
  /** The text that Prometheus reads, and its media type. */
  read(): Promise<{ readonly text: string; readonly mediaType: string }>;
  /** Told of each answer; `code` is that of a refusal. */
  answered(request: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly ms: number;
    readonly code?: string;
  }): void;
}
