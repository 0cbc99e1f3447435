import { runtimeError } from './errors.ts';
import { evaluateIntrinsic } from './intrinsic/evaluate.ts';
import { isObject, type Json, type JsonObject, setKey } from './json.ts';
import { requireField } from './json-path/resolve.ts';
import type { Scope } from './scope.ts';

/**
 * A payload template with its `.$` fields replaced by what their paths and intrinsic functions answer.
 *
 * @param pathErrorName what the error is called when a path leads nowhere.
 */
export function evaluateTemplate(template: Json, scope: Scope, pathErrorName = 'States.Runtime'): Json {
  if (Array.isArray(template)) return template.map((item) => evaluateTemplate(item, scope, pathErrorName));
  if (!isObject(template)) return template;
  const result: JsonObject = {};
  for (const key of Object.keys(template)) {
    const value = template[key] as Json;
    if (key.endsWith('.$')) setKey(result, key.slice(0, -2), evaluatePathOrIntrinsic(value, key, scope, pathErrorName));
    else setKey(result, key, evaluateTemplate(value, scope, pathErrorName));
  }
  return result;
}

/** What a path or an intrinsic function answers. */
export function evaluatePathOrIntrinsic(text: Json, field: string, scope: Scope, pathErrorName = 'States.Runtime'): Json {
  if (typeof text !== 'string')
    throw runtimeError(`The value for the field '${field}' must be a STRING that contains a JSONPath but was ${JSON.stringify(text)}`);
  return text.startsWith('$') ? requireField(text, field, scope, pathErrorName) : evaluateIntrinsic(text, scope);
}
