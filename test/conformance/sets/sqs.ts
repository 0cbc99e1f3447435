import { type Exception, traceSet } from '../trace/trace-set.ts';

const TRACE_HEADER = 'the test added a header below boto; the trace has only the parameters, and the recorded AWSTraceHeader is of that header';

const exceptions: readonly Exception[] = [
  { id: 'sqs/test_sqs.py::TestSqsProvider::test_aws_trace_header_propagation[sqs]', reason: TRACE_HEADER },
  { id: 'sqs/test_sqs.py::TestSqsProvider::test_aws_trace_header_propagation[sqs_query]', reason: TRACE_HEADER },
  {
    id: 'sqs/test_sqs_move_task.py::test_move_task_cancel',
    reason: 'AWS moved six messages more after it had answered the cancellation, in a time that the recording does not tell',
  },
];

/** SQS: queues, FIFO order and deduplication, batches, limits, move tasks; in JSON and in queries. */
export const sqs = traceSet({ name: 'sqs', exceptions });
