/**
 * Takes DICOM files that modalities and archives send (C-STORE). Nothing is answered before the file is stored durably. The
 * library parses no data set: the bytes are kept as they come.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Writable } from "node:stream";
import type { association, requests, responses } from "dcmjs-dimse";
import type { Logger } from "pino";
import { fileMeta } from "../dicom/objects/fileMeta.js";
import { codecOf } from "../dicom/transferSyntax.js";
import { DeeplasiaError } from "../errors.js";

export interface ReceiverOptions {
  host: string;
  port: number;
  /** The AE title that senders must call. */
  aet: string;
  maxBytes: number;
}

export interface Receiver {
  port: number;
  /** Takes no more files; what was answered is stored. */
  close(): Promise<void>;
}

/** Computed and digital radiographs, secondary captures; and C-ECHO. */
const SOP_CLASSES: ReadonlySet<string> = new Set([
  "1.2.840.10008.1.1",
  "1.2.840.10008.5.1.4.1.1.1",
  "1.2.840.10008.5.1.4.1.1.1.1",
  "1.2.840.10008.5.1.4.1.1.1.1.1",
  "1.2.840.10008.5.1.4.1.1.7",
]);
const MOST_CONNECTIONS = 8;
/** Commands and the heads of their parts, besides the data set. */
const SLACK_BYTES = 1_000_000;
const UID = /^[\d.]{1,64}$/;

type Dimse = typeof import("dcmjs-dimse");
type Store = (name: string, bytes: Uint8Array) => Promise<void>;

/** @throws DeeplasiaError ERR_DEEPLASIA_OPTION where the port cannot be listened on. */
export async function startReceiver(options: ReceiverOptions, store: Store, log: Logger): Promise<Receiver> {
  const dimse = (await import("dcmjs-dimse")).default as unknown as Dimse;
  dimse.log.setLevel("silent", false);
  const Connection = connectionClass(dimse, options, store, log);
  const sockets = new Set<Socket>();
  // The library's own server listens on all addresses.
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    new Connection(socket).connected = true;
  });
  server.maxConnections = MOST_CONNECTIONS;
  try {
    server.listen(options.port, options.host);
    await once(server, "listening");
  } catch (error) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_OPTION",
      `DICOM cannot be received on ${options.host}:${options.port}: ${(error as Error).message}`,
      { remedy: "Give another `dicomPort` or `dicomHost`; port 0 takes a free one.", cause: error },
    );
  }
  const { port } = server.address() as AddressInfo;
  log.info({ port, aet: options.aet }, "receiving DICOM");
  const close = async () => {
    server.close();
    // A sender that has no answer sends again.
    for (const socket of sockets) socket.destroy();
    await once(server, "close");
  };
  return { port, close };
}

function connectionClass(dimse: Dimse, { aet, maxBytes }: ReceiverOptions, store: Store, log: Logger) {
  const {
    PresentationContextResult: RESULT,
    RejectReason,
    RejectResult,
    RejectSource,
    Status,
  } = dimse.constants;

  return class Connection extends dimse.Scp {
    declare connected: boolean;
    private chunks: Buffer[] = [];
    private bytes = 0;
    private transferSyntax = "";

    constructor(private readonly peer: Socket) {
      super(peer);
      // Before the library collects it: it believes every length that is announced.
      peer.prependListener("data", (data) => {
        this.bytes += data.length;
        if (this.bytes > maxBytes + SLACK_BYTES) this.end("TOO_LARGE");
      });
      this.on("networkError", () => this.end("NETWORK"));
    }

    override associationRequested(asked: association.Association): void {
      if (asked.getCalledAeTitle().trim() !== aet) {
        log.warn({ code: "CALLED_AE" }, "refused");
        this.sendAssociationReject(
          RejectResult.Permanent,
          RejectSource.ServiceUser,
          RejectReason.CalledAeNotRecognized,
        );
        return;
      }
      for (const { context } of asked.getPresentationContexts()) {
        const syntax = context.getTransferSyntaxUids().find((uid) => codecOf(uid) !== null);
        if (!SOP_CLASSES.has(context.getAbstractSyntaxUid()))
          context.setResult(RESULT.RejectAbstractSyntaxNotSupported);
        else if (syntax === undefined) context.setResult(RESULT.RejectTransferSyntaxesNotSupported);
        else context.setResult(RESULT.Accept, syntax);
      }
      this.sendAssociationAccept();
    }

    override associationReleaseRequested(): void {
      this.sendAssociationReleaseResponse();
    }

    override cEchoRequest(
      request: requests.CEchoRequest,
      answer: (response: responses.CEchoResponse) => void,
    ): void {
      const response = dimse.responses.CEchoResponse.fromRequest(request);
      response.setStatus(Status.Success);
      answer(response);
    }

    override createStoreWritableStream(context: association.PresentationContext): Writable {
      this.chunks = [];
      this.transferSyntax = context.getAcceptedTransferSyntaxUid() ?? "";
      return new Writable({
        // The library loses the order of parts for which it has to wait.
        highWaterMark: Number.MAX_SAFE_INTEGER,
        write: (chunk: Buffer, _, done) => {
          this.chunks.push(Buffer.from(chunk));
          done();
        },
      });
    }

    override createDatasetFromStoreWritableStream(
      _: Writable,
      __: association.PresentationContext,
      then: Parameters<InstanceType<Dimse["Scp"]>["createDatasetFromStoreWritableStream"]>[2],
    ): void {
      then(new dimse.Dataset({}, this.transferSyntax));
    }

    override cStoreRequest(
      request: requests.CStoreRequest,
      answer: (response: responses.CStoreResponse) => void,
    ): void {
      const response = dimse.responses.CStoreResponse.fromRequest(request);
      void this.stored(request).then((status) => {
        response.setStatus(status);
        answer(response);
      });
    }

    private async stored(request: requests.CStoreRequest): Promise<number> {
      const [classUid, instanceUid] = [request.getAffectedSopClassUid(), request.getAffectedSopInstanceUid()];
      const { chunks, transferSyntax } = this;
      this.chunks = [];
      this.bytes = 0;
      if (!UID.test(classUid) || !UID.test(instanceUid)) return Status.InvalidObjectInstance;
      try {
        const meta = fileMeta({ classUid, instanceUid, transferSyntax });
        await store(`${instanceUid}.dcm`, Buffer.concat([meta, ...chunks]));
        return Status.Success;
      } catch {
        log.error({ code: "NOT_STORED" }, "refused");
        return Status.ProcessingFailure;
      }
    }

    private end(code: string): void {
      if (this.peer.destroyed) return;
      log.warn({ code }, "connection ended");
      this.peer.destroy();
    }
  };
}
