/** Where the files of this program are: src/, or dist/src/, where the build puts all modules into a few files. */
export const programFolder = import.meta.dirname;
