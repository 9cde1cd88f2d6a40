import type { DataType, Field, Schema } from './types.ts';

/** What to do with a CSV or NDJSON record that does not fit the schema. */
export type OnBadRow = 'error' | 'skip' | 'collect';

/** How a CSV file is written; every member that is left out is found from samples. */
export interface CsvDialect {
  /** One character between fields. */
  readonly delimiter?: string;
  /** One character around fields that hold delimiters or newlines; '' for none. */
  readonly quote?: string;
  /** One character before a quote inside a quoted field; usually the quote itself. */
  readonly escape?: string;
  /** Whether the first record names the columns. */
  readonly header?: boolean;
  /** Unquoted texts that mean null; the empty field always does. */
  readonly nullValues?: readonly string[];
  /** strptime pattern of dates, such as `%d/%m/%Y`; without it only ISO dates are dates. */
  readonly dateFormat?: string;
  /** strptime pattern of timestamps. */
  readonly timestampFormat?: string;
}

/** What the bytes of a scan's files are, as the user said it. */
export type FormatSpec =
  | { readonly kind: 'parquet' }
  | { readonly kind: 'csv'; readonly dialect: CsvDialect; readonly onBadRow: OnBadRow }
  | { readonly kind: 'ndjson'; readonly onBadRow: OnBadRow }
  | { readonly kind: 'text' };

/** A CSV dialect with nothing left open. */
export interface ResolvedCsvDialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly header: boolean;
  readonly nullValues: readonly string[];
  readonly dateFormat: string | null;
  readonly timestampFormat: string | null;
}

/** What the bytes of a scan's files are, with nothing left to guess. `columns` are the file's own, in file order. */
export type ResolvedFormat =
  | { readonly kind: 'parquet' }
  | {
      readonly kind: 'csv';
      readonly dialect: ResolvedCsvDialect;
      readonly columns: Schema;
      readonly onBadRow: OnBadRow;
      /** How records end in files that do not say otherwise; left out where that is not known. */
      readonly newline?: Newline;
    }
  | {
      readonly kind: 'ndjson';
      readonly columns: Schema;
      readonly onBadRow: OnBadRow;
      /** Whether some file is one array of objects instead of an object a line; no such file can be split. */
      readonly array?: boolean;
    }
  | { readonly kind: 'text' };

/** One object of a scan, as it stood when the plan was made. */
export interface ScanFile {
  /** Absolute `file:` or `s3:` uri. */
  readonly uri: string;
  readonly sizeBytes: number;
  /** Changes whenever the object does: an ETag, or mtime and size of a file. */
  readonly version: string;
  /** Values of the hive folders above the file, by column, as they stand in the path; null for `__HIVE_DEFAULT_PARTITION__`. */
  readonly partition: Readonly<Record<string, string | null>>;
  /** The part that is read; left out, all of it. */
  readonly part?: FilePart;
  /**
   * Columns of a CSV file in its own order, where they are not all of the format's in the format's order: fields go by these
   * names, and columns that are not among them are null.
   */
  readonly columns?: readonly string[];
  /** How the records of a CSV file end, where it is not as the format says; '' where that is not known. */
  readonly newline?: Newline | '';
}

/** How a record of text ends. */
export type Newline = '\n' | '\r\n' | '\r';

/** A part of a file that one task reads. */
export type FilePart =
  /** Whole row groups of a Parquet file, ascending; rows before and after them stay unread. */
  | {
      readonly kind: 'row-groups';
      readonly rowGroups: readonly number[];
      /**
       * Rows `startRow … endRow` (exclusive; null: the file's end); the row groups lie without gap between them where
       * `contiguous`.
       */
      readonly startRow: number;
      readonly endRow: number | null;
      readonly contiguous: boolean;
    }
  /** Records of a CSV, NDJSON or text file whose first byte lies in `startByte … endByte` (exclusive). */
  | {
      readonly kind: 'bytes';
      readonly startByte: number;
      readonly endByte: number;
      /** Where the first of them begins, or would: known once the parts before this one have run, and not guessed then. */
      readonly exactStart?: number;
      /** How the records before them end, of a CSV file: known together with `exactStart`. */
      readonly newline?: Newline;
    };

/** What a `read.*` call asked for. */
export interface SourceSpec {
  readonly paths: readonly string[];
  readonly format: FormatSpec;
  /** Types that the user gave, by column; for CSV and NDJSON they replace the inferred ones. */
  readonly schema: Readonly<Record<string, DataType>>;
  /** Accept files whose columns differ: missing ones are null. */
  readonly unionByName: boolean;
  /** Whether `name=value` folders are columns. */
  readonly hive: boolean;
}

/** A source after resolve: which files, what they hold. */
export interface ResolvedSource {
  readonly format: ResolvedFormat;
  readonly files: readonly ScanFile[];
  /** How many files there were before any was skipped. */
  readonly filesBeforePruning: number;
  /** Columns that the files hold, then those of the hive folders. */
  readonly schema: Schema;
  /** The last of `schema`: columns that come from folder names. */
  readonly partitionColumns: readonly Field[];
  /**
   * The Parquet file whose columns stand for those of all others: these are looked at by the workers that read their footers.
   * Left out where every file was looked at.
   */
  readonly schemaFrom?: string;
  readonly unionByName: boolean;
}
