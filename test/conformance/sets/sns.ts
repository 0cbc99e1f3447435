import { traceSet } from '../trace/trace-set.ts';

/** The recorded policy is a part of the answer, `Attributes.Policy`, and the trace says that it is the whole of it. That part is as recorded. */
const POLICY_ALONE = 'What is recorded is the policy alone; the trace gives it as the whole answer of GetTopicAttributes.';

export const sns = traceSet({
  name: 'sns',
  exceptions: [
    {
      id: 'sns/test_sns.py::TestSNSSubscriptionSQS::test_publish_message_group_id',
      reason: "The queue's policy in the trace allows the source «1:Attributes.TopicArn», a reference that the recorder left unresolved: no topic can deliver.",
    },
    {
      id: 'sns/test_sns.py::TestSNSSubscriptionSQSFifo::test_publish_fifo_messages_to_dlq[True]',
      reason: 'The three messages of the batch, which step 14 receives, are composed from the answer to step 17 in the trace: it receives the one after them.',
    },
    { id: 'sns/test_sns.py::TestSNSTopicCrudV2::test_topic_add_multiple_permissions', reason: POLICY_ALONE },
    { id: 'sns/test_sns.py::TestSNSTopicCrudV2::test_topic_remove_permission', reason: POLICY_ALONE },
  ],
});
