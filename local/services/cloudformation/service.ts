import type { Service } from '../../kernel/service.ts';
import { answerOfCustomResource } from './custom-resource-answer.ts';

/** CloudFormation, as far as a running function meets it: the URL to which custom resources answer. Templates are deployed by `local/assembly`. */
export const cloudformation: Service<undefined> = {
  name: 'cloudformation',
  arnService: 'cloudformation',
  createState: () => undefined,
  operations: {},
  access: () => [],
  http: answerOfCustomResource,
};
