// What goes over the wire about stored files.

/** A file of one's own, without its bytes. */
export interface StoredFile {
  readonly id: string;
  /** A label, never a path; not unique. */
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
  /** In hex. */
  readonly sha256: string;
  /** The tool that has saved it; null: uploaded. */
  readonly tool: string | null;
  readonly created_at: string;
  /** Null: kept until it is deleted. */
  readonly expires_at: string | null;
}

export interface FileList {
  readonly files: readonly StoredFile[];
  /** Where the next page begins; absent on the last. */
  readonly next?: string;
}

export interface NewFileQuery {
  readonly name: string;
  /** Deleted by itself after this long. */
  readonly expires_in_s?: number;
}

export interface NewFileLinkBody {
  /** 24 hours at most, and unless said otherwise. */
  readonly expires_in_s?: number;
}

/** Whoever has it can fetch the file until it ends. */
export interface FileLink {
  readonly url: string;
  readonly expires_at: string;
}
