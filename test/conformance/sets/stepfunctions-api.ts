import { adaptStepFunctionsTrace } from '../stepfunctions-traces.ts';
import { type Exception, traceSet } from '../trace/trace-set.ts';

const EXCEPTIONS: readonly Exception[] = [
  {
    id: 'stepfunctions/v2/test_sfn_api.py::TestSnfApi::test_create_update_state_machine_base_definition_and_role',
    reason: 'the two roles of the recording are one in the trace',
  },
  {
    id: 'stepfunctions/v2/test_sfn_api.py::TestSnfApi::test_state_machine_status_filter',
    reason: 'the values of the enumeration are listed in an order that no model has',
  },
];

export const stepFunctionsApi = traceSet({ name: 'stepfunctions-api', exceptions: EXCEPTIONS, adapt: adaptStepFunctionsTrace });
