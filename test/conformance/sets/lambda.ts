import { adaptLambdaTrace, lambdaHandlers } from '../lambda-traces.ts';
import { type Exception, traceSet } from '../trace/trace-set.ts';

const PATTERN = 'the recorded pattern is of an older model than the one that the SDK has';

const EXCEPTIONS: readonly Exception[] = [
  {
    id: 'lambda_/test_lambda.py::TestLambdaBehavior::test_runtime_introspection_arm',
    reason: 'the function tells the users and file modes of the machine that it ran on',
  },
  {
    id: 'lambda_/test_lambda.py::TestLambdaBehavior::test_runtime_introspection_x86',
    reason: 'the function tells the users and file modes of the machine that it ran on',
  },
  { id: 'lambda_/test_lambda.py::TestLambdaVersions::test_lambda_versions_with_code_changes', reason: 'the answers are of code that the trace leaves out' },
  { id: 'lambda_/test_lambda.py::TestRequestIdHandling::test_request_id_invoke', reason: 'the log was read in a loop that was not traced' },
  {
    id: 'lambda_/test_lambda_api.py::TestLambdaFunction::test_function_arns',
    reason: 'boto makes `None` of a message that is not there; the plane says what is wrong',
  },
  {
    id: 'lambda_/test_lambda_api.py::TestLambdaSizeLimits::test_large_environment_fails_multiple_keys',
    reason: 'what was recorded is the answer to a request that is not in the trace',
  },
  { id: 'lambda_/test_lambda_api.py::TestLambdaTag::test_tag_exceptions[event_source_mapping]', reason: PATTERN },
  { id: 'lambda_/test_lambda_api.py::TestLambdaTag::test_tag_exceptions[lambda_function]', reason: PATTERN },
  { id: 'lambda_/test_lambda_api.py::TestLambdaTags::test_tag_exceptions', reason: PATTERN },
  { id: 'lambda_/test_lambda_api.py::TestLambdaTags::test_tag_lifecycle', reason: 'the tags that the function was made with are not in the trace' },
  {
    id: 'lambda_/test_lambda_destinations.py::TestLambdaDestinationSqs::test_retries',
    reason: 'the message was received a second time in a loop that was not traced',
  },
];

const partOf = (id: string): string => (/event_source_mapping\/|::TestLambdaEventSourceMappings::/.test(id) ? 'event source mappings' : 'the rest');

/** Functions in Python are played in JavaScript. */
export const lambda = traceSet({ name: 'lambda', exceptions: EXCEPTIONS, handlers: lambdaHandlers(), adapt: adaptLambdaTrace, partOf });
