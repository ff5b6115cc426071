/** What the service itself refuses, before or beside any prediction. */

export interface RefusalDetails {
  /** The next step for whoever made the request. */
  remedy?: string;
  /** Seconds after which the same request may succeed. */
  retryAfter?: number;
}

export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly remedy: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(
    readonly status: number,
    /** Stable, for programs. */
    readonly code: string,
    message: string,
    { remedy, retryAfter }: RefusalDetails = {},
  ) {
    super(message);
    this.remedy = remedy;
    this.retryAfter = retryAfter;
  }
}

export const badForm = (message: string, remedy = "/openapi.json lists the fields.") =>
  new Refusal(400, "BAD_REQUEST", message, { remedy });

export const tooLarge = (message: string, remedy = "Scale the picture down first.") =>
  new Refusal(413, "TOO_LARGE", message, { remedy });

export const stopping = () =>
  new Refusal(503, "STOPPING", "the service is stopping", { remedy: "Ask again later.", retryAfter: 5 });

/** Nobody reads it: the log does, and knows from it that nothing failed. */
export const clientGone = () => new Refusal(499, "CLIENT_GONE", "the client is gone");
