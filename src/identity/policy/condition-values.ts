/** What is known of a call under the names of condition keys. */
export interface ConditionValues {
  /** @param key in lower case: names of condition keys are not case-sensitive. */
  get(key: string): readonly string[] | undefined;
}
