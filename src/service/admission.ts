/** Bounds what is in hand at once: pictures, and bytes of requests. What does not fit is refused before it is read. */
import { plural } from "../plural.js";
import { Refusal, stopping, tooLarge } from "./refusal.js";

export interface AdmissionLimits {
  pictures: number;
  bytes: number;
}

/** What a request that was let in takes up. */
export interface Place {
  /** Takes up another picture. Throws where there is no room. */
  grow(): void;
  /** Gives everything back; a second call does nothing. */
  leave(): void;
}

export class Admission {
  private pictures = 0;
  private bytes = 0;
  private isOpen = true;

  constructor(private readonly most: AdmissionLimits) {}

  /** Pictures that were let in and not answered yet. */
  get inHand(): number {
    return this.pictures;
  }

  /**
   * Lets a request with one picture in.
   *
   * @throws Refusal 429 where there is no room now, 413 where there never is, 503 where the service stops.
   */
  enter(bytes: number): Place {
    if (!this.isOpen) throw stopping();
    if (bytes > this.most.bytes)
      throw tooLarge("the request is larger than all that the service takes at once");
    if (this.bytes + bytes > this.most.bytes) throw busy("uploads");
    this.take(1);
    this.bytes += bytes;
    let taken = 1;
    let isIn = true;
    return {
      grow: () => {
        this.take(1);
        taken += 1;
      },
      leave: () => {
        if (!isIn) return;
        isIn = false;
        this.pictures -= taken;
        this.bytes -= bytes;
      },
    };
  }

  /** From now on nobody is let in. */
  close(): void {
    this.isOpen = false;
  }

  get isClosed(): boolean {
    return !this.isOpen;
  }

  private take(pictures: number): void {
    if (this.pictures + pictures > this.most.pictures) throw busy(plural(this.pictures, "picture"));
    this.pictures += pictures;
  }
}

const busy = (what: string) =>
  new Refusal(429, "BUSY", `the service is busy: ${what} are in hand`, {
    remedy: "Ask again after the seconds of the header Retry-After.",
    retryAfter: 1,
  });
