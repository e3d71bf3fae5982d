/** Imports of log files into event data stores. */
export interface ImportTables {
  imports: {
    import_id: string;
    account_id: string;
    region: string;
    store_id: string;
    store_arn: string;
    /** As it was given: `s3://bucket/prefix/`. */
    s3_uri: string;
    s3_region: string;
    role_arn: string;
    /** Bounds of event times that were asked for; null where none was. */
    start_ms: number | null;
    end_ms: number | null;
    /** AWS's word: `INITIALIZING`, `IN_PROGRESS`, `FAILED`, `STOPPED` or `COMPLETED`. The first two are running. */
    status: string;
    created_ms: number;
    updated_ms: number;
    /** Folders with log files. */
    prefixes_found: number;
    prefixes_completed: number;
    files_completed: number;
    events_completed: number;
    failed_entries: number;
  };

  /** Folders of an import's bucket, each from when it is known until it was read to its end. */
  import_folders: {
    import_id: string;
    /** With its last slash; empty for the bucket itself. */
    folder: string;
    /** The last key that is done; empty at first. */
    after_key: string;
    has_files: number;
    done: number;
  };

  /** What could not be read. */
  import_failures: {
    import_id: string;
    /** `s3://bucket/key` of a file, or of a folder, with its last slash. */
    location: string;
    /** AWS's word: `FAILED`, `RETRY` or `SUCCEEDED`. */
    status: string;
    error_type: string;
    error_message: string;
    updated_ms: number;
  };
}
