import { type AslCase, readCases } from '../asl/asl-case.ts';
import { playCase } from '../asl/play.ts';
import type { CaseVerdict, ConformanceSet } from '../conformance-set.ts';

const PYTHON = 'Python prints a space after each comma and colon of JSON, and 0.0 for a zero: what the function answers is longer than ours';
const TIME = 'the length of the answer counts the digits of a time';
const LOG = 'what was recorded is the log, and the case does not say how the machine logs';

/** Cases that are wrong, and how we know. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['test_sfn_api.py::TestSnfApi::test_create_update_state_machine_base_update_none#null_required_parameter', 'boto refused to send the request'],
  [
    'callback/test_callback.py::TestCallback::test_sqs_failure_in_wait_for_task_tok_no_error_field[SQS_WAIT_FOR_TASK_TOKEN_CATCH]#get_execution_history',
    'who calls back is not in the recording',
  ],
  ['callback/test_callback.py::TestCallback::test_start_execution_sync#get_execution_history', TIME],
  ['callback/test_callback.py::TestCallback::test_start_execution_sync2#get_execution_history', TIME],
  ['context_object/test_context_object.py::TestSnfBase::test_result_selector#get_execution_history', PYTHON],
  [
    'error_handling/test_task_service_dynamodb.py::TestTaskServiceDynamoDB::test_put_item_invalid_table_name#get_execution_history',
    'the service answers that there is no such table: its model is checked where requests come in as bytes',
  ],
  [
    'error_handling/test_task_service_sqs.py::TestTaskServiceSqs::test_send_message_no_such_queue#get_execution_history',
    'the recorded name of the queue is another than that of the request',
  ],
  ['logs/test_logs.py::TestLogs::test_base[pass_result.json5_ALL_False]#logged_execution_events', LOG],
  ['logs/test_logs.py::TestLogs::test_base[wait_seconds_path.json5_ALL_True]#logged_execution_events', LOG],
  ['outputdecl/test_output.py::TestArgumentsBase::test_base_task_lambda[BASE_TASK_LAMBDA]#get_execution_history', PYTHON],
  [
    'query_language/test_mixed_query_language.py::TestMixedQueryLanguageFlow::test_lambda_task_resource_data_flow[TASK_LAMBDA_SDK_RESOURCE_JSONATA_TO_JSONPATH]#get_execution_history',
    PYTHON,
  ],
  [
    'scenarios/test_base_scenarios.py::TestBaseScenarios::test_lambda_service_invoke_with_retry_extended_input#get_execution_history',
    'recorded before the context object told of redrives',
  ],
  [
    'services/test_dynamodb_task_service.py::TestTaskServiceDynamoDB::test_base_integrations[DYNAMODB_PUT_GET_ITEM]#get_execution_history',
    'GetItem answered a header in another case than PutItem, by chance of the host that answered',
  ],
  ['services/test_lambda_task.py::TestTaskLambda::test_invoke_json_values[0.0]#get_execution_history', PYTHON],
  ['services/test_lambda_task_service.py::TestTaskServiceLambda::test_invoke_json_values[0.0]#get_execution_history', PYTHON],
  ['services/test_sfn_task_service.py::TestTaskServiceSfn::test_start_execution#get_execution_history', TIME],
  ['services/test_sfn_task_service.py::TestTaskServiceSfn::test_start_execution_input_json#get_execution_history', TIME],
]);

/** Executions, tried states and refused definitions, recorded from the service. */
export const asl: ConformanceSet = {
  name: 'asl',
  run: async (folder) => {
    const verdicts: CaseVerdict[] = [];
    for (const one of readCases(folder)) verdicts.push({ ...(await tryCase(one)), part: one.tier });
    return verdicts;
  },
};

function outOfScope(one: AslCase): string | undefined {
  if (!one.awsValidated) return 'awsValidated: false';
  return one.tier === 'manual' ? 'a helper program takes part' : undefined;
}

async function tryCase(one: AslCase): Promise<CaseVerdict> {
  const { id } = one;
  const rule = outOfScope(one);
  if (rule !== undefined) return { id, verdict: 'outOfScope', rule };
  const played = await playCase(one);
  if (played.outcome === 'agrees') return { id, verdict: 'passed' };
  const reason = EXCEPTIONS.get(id);
  if (reason !== undefined) return { id, verdict: 'excepted', reason };
  if (played.outcome === 'notEmulated') return { id, verdict: 'notEmulated', what: played.what };
  return { id, verdict: 'failed', difference: played.difference };
}
