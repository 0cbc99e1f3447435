import { type Json, type JsonObject, setKey } from './json.ts';

/** What the language takes from outside: time, chance and names. */
export interface Ports {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** A number from 0 up to and without 1. */
  random(): number;
  /** A version 4 UUID. */
  uuid(): string;
}

/** The variables that a state sees: those of its own machine, branch or iteration, and those of the ones around it. */
export interface Variables {
  readonly own: Readonly<JsonObject>;
  readonly outer?: Variables;
}

/** What a state is evaluated in. */
export interface Scope {
  /** The raw input of the state. */
  readonly input: Json;
  /** The context object, `$$` or `$states.context`. */
  readonly context: JsonObject;
  readonly variables: Variables;
  readonly ports: Ports;
}

/** Variables of an execution that has just begun. */
export const NO_VARIABLES: Variables = { own: {} };

/** The scope of a branch or iteration: it sees the variables around it, and what it assigns is gone when it ends. */
export function innerScope(outer: Variables): Variables {
  return { own: {}, outer };
}

/** The variables after an assignment; those given are unchanged. */
export function assign(variables: Variables, values: Readonly<JsonObject>): Variables {
  const names = Object.keys(values);
  if (names.length === 0) return variables;
  const own: JsonObject = { ...variables.own };
  for (const name of names) setKey(own, name, values[name] as Json);
  return variables.outer === undefined ? { own } : { own, outer: variables.outer };
}

/** The value of a variable, of the innermost scope that has it; undefined where none has. */
export function variable(variables: Variables, name: string): Json | undefined {
  for (let scope: Variables | undefined = variables; scope !== undefined; scope = scope.outer) {
    if (Object.hasOwn(scope.own, name)) return scope.own[name];
  }
  return undefined;
}

/** All variables that are seen, inner ones before outer ones of the same name. */
export function visibleVariables(variables: Variables): JsonObject {
  return variables.outer === undefined ? { ...variables.own } : { ...visibleVariables(variables.outer), ...variables.own };
}
