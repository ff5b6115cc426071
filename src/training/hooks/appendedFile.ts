import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { outputError } from "../../files/outputError.js";

/** A file that a run appends to. A resumed run truncates it to its length when the run's state was saved. */
export class AppendedFile {
  /** Keeps the first `size` bytes of the file, or creates it. Throws ERR_DEEPLASIA_OUTPUT. */
  constructor(
    readonly path: string,
    private size = 0,
  ) {
    this.withFile((file) => {
      this.size = Math.min(size, fstatSync(file).size);
      ftruncateSync(file, this.size);
    });
  }

  /** Length in bytes, without what a failed write may have left behind it. */
  get bytes(): number {
    return this.size;
  }

  /** Synchronous, so that nothing is lost when the process ends. Throws ERR_DEEPLASIA_OUTPUT. */
  append(data: string | Uint8Array): void {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    this.withFile((file) => {
      for (let done = 0; done < bytes.length; )
        done += writeSync(file, bytes, done, bytes.length - done, this.size + done);
    });
    this.size += bytes.length;
  }

  /** Flushes to the disk, so that a saved length is still true after a power cut. Throws ERR_DEEPLASIA_OUTPUT. */
  flush(): void {
    this.withFile(fsyncSync);
  }

  /** Opens the file for each use: that is rare, and nothing is left to close. */
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
