export * from "./types.ts"; export * as names from "./names.ts";
