import { runtimeError, StatesError } from '../errors.ts';
import type { Json } from '../json.ts';
import { type Scope, variable } from '../scope.ts';
import { evaluatePath } from './evaluate.ts';
import { parsePath } from './parse.ts';
import { PathNotFound } from './path-not-found.ts';
import { type Path, PathSyntaxError } from './syntax.ts';

/** What a path of a state is evaluated on: `input` is what `$` stands for in this field. */
export type PathScope = Pick<Scope, 'input' | 'context' | 'variables'>;

/**
 * The value at a path of a state.
 *
 * @throws PathNotFound where a definite path, or its variable, is not there.
 */
export function resolvePath(text: string, scope: PathScope): Json {
  const path = readPath(text);
  return evaluatePath(path, rootOf(path, scope));
}

/** The value at a path, or undefined where it is not there. */
export function findPath(text: string, scope: PathScope): Json | undefined {
  try {
    return resolvePath(text, scope);
  } catch (error) {
    if (error instanceof PathNotFound) return undefined;
    throw error;
  }
}

/** The value at a path that a state needs, `InputPath` or `OutputPath`; a path that leads nowhere fails the state. */
export function requirePath(text: string, scope: PathScope): Json {
  try {
    return resolvePath(text, scope);
  } catch (error) {
    if (error instanceof PathNotFound) throw runtimeError(`Invalid path '${text}' : ${error.message}`);
    throw error;
  }
}

/**
 * The value at a path that a field names, `Parameters` for one.
 *
 * @param errorName what the error is called, where it is not `States.Runtime`.
 */
export function requireField(text: string, field: string, scope: PathScope, errorName = 'States.Runtime'): Json {
  try {
    return resolvePath(text, scope);
  } catch (error) {
    if (!(error instanceof PathNotFound)) throw error;
    const searched = JSON.stringify(searchedIn(text, scope));
    throw new StatesError(errorName, `The JSONPath '${text}' specified for the field '${field}' could not be found in the input '${searched}'`);
  }
}

function searchedIn(text: string, scope: PathScope): Json {
  return text.startsWith('$$') ? scope.context : scope.input;
}

function rootOf(path: Path, scope: PathScope): Json {
  switch (path.root.kind) {
    case 'context':
      return scope.context;
    case 'variable': {
      const value = variable(scope.variables, path.root.name);
      if (value === undefined) throw new PathNotFound(`The variable '${path.root.name}' is not assigned`);
      return value;
    }
    default:
      return scope.input;
  }
}

function readPath(text: string): Path {
  try {
    return parsePath(text);
  } catch (error) {
    if (error instanceof PathSyntaxError) throw runtimeError(`Invalid path '${text}'`);
    throw error;
  }
}
