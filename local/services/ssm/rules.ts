import { validationException } from './errors.ts';

/** Standard parameters hold up to 4 KB. @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const VALUE_BYTES_MAX = 4096;

/** Names: letters, digits, `.`, `-`, `_` and `/`; a path begins with a slash. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
const NAME = /^[a-zA-Z0-9_.\-/]{1,1011}$/;

export function checkName(name: string): void {
  if (!NAME.test(name) || (name.includes('/') && !name.startsWith('/'))) {
    throw validationException('Parameter name must be a fully qualified name: letters, numbers and .-_ only, and a leading / where it is a path.');
  }
}

export function checkValue(value: string): void {
  if (Buffer.byteLength(value) > VALUE_BYTES_MAX) {
    throw validationException(
      'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.',
    );
  }
}
