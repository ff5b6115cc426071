/** A file that a run appends to; a resumed run cuts it back to where it was when the run's state was saved. */
import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { outputError } from "../../files.js";

export class AppendedFile {
  /**
   * The first `bytes` of a file are kept, of a shorter one all; it is made where there is none.
   * Throws ERR_DEEPLASIA_OUTPUT.
   */
  constructor(
    readonly path: string,
    private size = 0,
  ) {
    this.withFile((file) => {
      this.size = Math.min(size, fstatSync(file).size);
      ftruncateSync(file, this.size);
    });
  }

  /** Length in bytes, whatever a failed write may have left behind it. */
  get bytes(): number {
    return this.size;
  }

  /** Synchronous, so that nothing is lost with the process. Throws ERR_DEEPLASIA_OUTPUT. */
  append(data: string | Uint8Array): void {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    this.withFile((file) => {
      for (let done = 0; done < bytes.length; )
        done += writeSync(file, bytes, done, bytes.length - done, this.size + done);
    });
    this.size += bytes.length;
  }

  /** Make what was appended outlast a power cut, before `bytes` is written down. Throws ERR_DEEPLASIA_OUTPUT. */
  flush(): void {
    this.withFile(fsyncSync);
  }

  /** Opened for each use: it is a matter of once an epoch, and nothing is left to close. */
  private withFile(use: (descriptor: number) => void): void {
    try {
      const descriptor = openSync(this.path, constants.O_RDWR | constants.O_CREAT, 0o666);
      try {
        use(descriptor);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      throw outputError(error, this.path);
    }
  }
}
