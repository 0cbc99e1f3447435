import { adaptLambdaTrace, lambdaHandlers } from '../lambda-traces.ts';
import { type Exception, traceSet } from '../trace/trace-set.ts';

const ORDER = 'AWS names the failures of two members in the order of a hash map';
const PATTERN = 'the recorded pattern is of an older model than the one that the SDK has';
const READY = 'a function is ready as soon as the call that changed it has answered: no update is ever in progress';

const TRACE_HEADER = 'no trace header goes with the messages that destinations get';

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
    id: 'lambda_/test_lambda_api.py::TestLambdaFunction::test_function_name_and_qualifier_validation[full_arn_and_qualifier_too_long_and_invalid_region-create_function]',
    reason: ORDER,
  },
  {
    id: 'lambda_/test_lambda_api.py::TestLambdaFunction::test_function_name_and_qualifier_validation[full_arn_and_qualifier_too_long_and_invalid_region-delete_function]',
    reason: ORDER,
  },
  {
    id: 'lambda_/test_lambda_api.py::TestLambdaFunction::test_function_name_and_qualifier_validation[full_arn_and_qualifier_too_long_and_invalid_region-get_function]',
    reason: ORDER,
  },
  {
    id: 'lambda_/test_lambda_api.py::TestLambdaFunction::test_function_name_and_qualifier_validation[full_arn_and_qualifier_too_long_and_invalid_region-invoke]',
    reason: ORDER,
  },
  {
    id: 'lambda_/test_lambda_api.py::TestLambdaFunction::test_function_name_and_qualifier_validation[function_name_too_long_and_invalid_region-create_function]',
    reason: ORDER,
  },
  { id: 'lambda_/test_lambda_api.py::TestLambdaFunction::test_lambda_concurrent_code_updates', reason: READY },
  { id: 'lambda_/test_lambda_api.py::TestLambdaFunction::test_lambda_concurrent_config_updates', reason: READY },
  {
    id: 'lambda_/test_lambda_api.py::TestLambdaSizeLimits::test_large_environment_fails_multiple_keys',
    reason: 'what was recorded is the answer to a request that is not in the trace',
  },
  {
    id: 'lambda_/test_lambda_api.py::TestLambdaSizeLimits::test_oversized_zipped_create_lambda',
    reason: 'a request of the plane may have 16 MiB: an archive is refused by that before it is too large for Lambda',
  },
  { id: 'lambda_/test_lambda_api.py::TestLambdaTag::test_tag_exceptions[event_source_mapping]', reason: PATTERN },
  { id: 'lambda_/test_lambda_api.py::TestLambdaTag::test_tag_exceptions[lambda_function]', reason: PATTERN },
  { id: 'lambda_/test_lambda_api.py::TestLambdaTags::test_tag_exceptions', reason: PATTERN },
  { id: 'lambda_/test_lambda_api.py::TestLambdaTags::test_tag_lifecycle', reason: 'the tags that the function was made with are not in the trace' },
  {
    id: 'lambda_/test_lambda_api.py::TestLambdaUrl::test_url_config_deletion_without_qualifier',
    reason: 'the word that stands for the URL is not among the replacements of the trace',
  },
  {
    id: 'lambda_/test_lambda_destinations.py::TestLambdaDestinationSqs::test_maxeventage',
    reason: TRACE_HEADER,
  },
  { id: 'lambda_/test_lambda_destinations.py::TestLambdaDestinationSqs::test_retries', reason: TRACE_HEADER },
  { id: 'lambda_/test_lambda.py::TestLambdaConcurrency::test_reserved_concurrency', reason: TRACE_HEADER },
];

/** Functions in Python are played in JavaScript. */
export const lambda = traceSet({ name: 'lambda', exceptions: EXCEPTIONS, handlers: lambdaHandlers(), adapt: adaptLambdaTrace });
