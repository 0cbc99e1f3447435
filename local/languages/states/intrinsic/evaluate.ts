import { StatesError } from '../errors.ts';
import type { Json } from '../json.ts';
import { evaluatePath } from '../json-path/evaluate.ts';
import { PathNotFound } from '../json-path/path-not-found.ts';
import type { Path } from '../json-path/syntax.ts';
import type { Scope } from '../scope.ts';
import { variable } from '../scope.ts';
import { arrayContains, arrayGetItem, arrayLength, arrayPartition, arrayRange, arrayUnique } from './arrays.ts';
import { IntrinsicFailure } from './failure.ts';
import { mathAdd, mathRandom } from './numbers.ts';
import { type Argument, type Call, parseIntrinsic } from './parse.ts';
import { base64Decode, base64Encode, format, hash, jsonMerge, stringSplit, stringToJson } from './texts.ts';

/**
 * Evaluates a call of an intrinsic function.
 *
 * @throws StatesError `States.IntrinsicFailure`
 */
export function evaluateIntrinsic(text: string, scope: Scope): Json {
  return evaluateCall(parseIntrinsic(text), scope);
}

function evaluateCall(call: Call, scope: Scope): Json {
  try {
    return apply(call, scope);
  } catch (error) {
    if (!(error instanceof IntrinsicFailure)) throw error;
    throw new StatesError('States.IntrinsicFailure', `The function '${call.text}' had the following error: ${error.message}`);
  }
}

function apply(call: Call, scope: Scope): Json {
  const args = call.args.map((argument) => argumentValue(argument, scope));
  // The number of arguments was checked when the call was read.
  const [first = null, second = null, third = null] = args;
  switch (call.name) {
    case 'States.Format':
      return format(templateOf(call.args[0], first), args.slice(1));
    case 'States.StringToJson':
      return stringToJson(first);
    case 'States.JsonToString':
      return JSON.stringify(first);
    case 'States.Array':
      return args;
    case 'States.ArrayPartition':
      return arrayPartition(first, second);
    case 'States.ArrayContains':
      return arrayContains(first, second);
    case 'States.ArrayRange':
      return arrayRange(first, second, third);
    case 'States.ArrayGetItem':
      return arrayGetItem(first, second);
    case 'States.ArrayLength':
      return arrayLength(first);
    case 'States.ArrayUnique':
      return arrayUnique(first);
    case 'States.Base64Encode':
      return base64Encode(first);
    case 'States.Base64Decode':
      return base64Decode(first);
    case 'States.Hash':
      return hash(first, second);
    case 'States.JsonMerge':
      return jsonMerge(first, second, third);
    case 'States.MathRandom':
      return mathRandom(first, second, args[2], scope.ports.random);
    case 'States.MathAdd':
      return mathAdd(first, second);
    case 'States.StringSplit':
      return stringSplit(first, second);
    case 'States.UUID':
      return scope.ports.uuid();
  }
}

/** The template of a `States.Format`: as it was written, where it was written in the call. */
function templateOf(argument: Argument | undefined, value: Json): Json {
  return argument?.kind === 'literal' ? (argument.template ?? value) : value;
}

function argumentValue(argument: Argument, scope: Scope): Json {
  if (argument.kind === 'call') return evaluateCall(argument, scope);
  return argument.kind === 'literal' ? argument.value : pathValue(argument.path, scope);
}

function pathValue(path: Path, scope: Scope): Json {
  const root = path.root.kind === 'context' ? scope.context : path.root.kind === 'variable' ? variable(scope.variables, path.root.name) : scope.input;
  try {
    if (root === undefined) throw new PathNotFound('The variable is not assigned');
    return evaluatePath(path, root);
  } catch (error) {
    if (!(error instanceof PathNotFound)) throw error;
    const searched = path.root.kind === 'context' ? scope.context : scope.input;
    throw new IntrinsicFailure(`The JsonPath argument for the field '${path.text}' could not be found in the input '${JSON.stringify(searched)}'`);
  }
}
