/** A pattern that is none. */
export class FilterPatternError extends Error {}
