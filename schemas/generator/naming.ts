/** Past participles that do not end in -ed. Some look like their verb (`Reset`): behind a noun they are participles, in front of it verbs. */
const IRREGULAR_PARTICIPLES = new Set(
  `Begun Bent Bet Bid Bitten Blown Born Bought Bound Bred Broken Brought Built Burnt Cast Caught Chosen Come Cut Dealt Done Drawn Driven Eaten Fallen Fed Felt Flown Forbidden
  Forgiven Forgotten Fought Found Frozen Given Gone Grown Heard Held Hidden Hit Hurt Kept Known Laid Learnt Led Left Lent Let Lit Lost Made Meant Met Mistaken Outgrown Overdrawn Overridden
  Overrun Overtaken Paid Prepaid Proven Put Quit Read Rebuilt Redone Repaid Reset Resent Resold Retaken Rewritten Ridden Risen Run Said Seen Sent Set Shaken Shown Shrunk Shut Sold
  Sought Spent Split Spoken Spread Stolen Stood Stopped Struck Stuck Sworn Swept Swum Taken Taught Thought Thrown Told Torn Undergone Understood Undone Upheld Withdrawn Withheld Woken Won Worn Written`.split(
    /\s+/,
  ),
);

/** What goes on, as a fact: that it began. `SagaCompensating` says that a saga has turned back. */
const STATES_ENTERED = new Set(['Compensating']);

/** Words that end in -ed and are no participles. */
const NOT_PARTICIPLES = new Set([
  'Bed',
  'Breed',
  'Creed',
  'Deed',
  'Feed',
  'Need',
  'Red',
  'Seed',
  'Shed',
  'Sled',
  'Speed',
  'Weed',
  'Embed',
  'Exceed',
  'Proceed',
  'Succeed',
]);

/** What may stand behind a participle: `SignedUp`. */
const PARTICLES = new Set(['Up', 'Down', 'In', 'Out', 'On', 'Off', 'Over', 'Back', 'Away', 'Through', 'Apart', 'Aside', 'Ahead']);

/** Verbs in their base form with which commands begin. */
const VERBS = new Set(
  `Accept Acknowledge Add Adjust Admit Allow Announce Answer Append Apply Approve Archive Ask Assign Attach Authorize Award Ban Begin Bill Block Book Build Buy Call Cancel Capture Change Charge
  Check Choose Claim Clear Close Collect Commit Compare Complete Compose Confirm Connect Consume Convert Copy Correct Count Create Credit Cut Debit Decline Defer Delay Delete Deliver Deny Deposit
  Detach Disable Discard Dismiss Dispatch Drain Draw Drop Edit Enable End Enqueue Enter Escalate Exchange Expire Export Extend Fail Fetch Fill Find Finish Fix Flag Forget Freeze Fulfil Fulfill Give Grant
  Hold Import Increase Inspect Install Invite Issue Join Keep Label Launch Leave Lend Link List Load Lock Log Mail Make Mark Match Measure Merge Move Notify Offer Open Order Pack Park Pause Pay Pick
  Place Plan Post Prepare Print Process Promote Propose Provide Publish Purge Put Queue Quote Raise Rank Rate Read Receive Recommend Record Recover Redrive Reduce Refund Refuse Register Reject Release Remind
  Remove Rename Renew Rent Reopen Repair Replace Replay Reply Report Request Require Reserve Reset Resolve Restart Restock Restore Resume Retry Return Reverse Review Revoke Route Run Save Schedule Score Seal
  Search Select Sell Send Set Settle Share Ship Show Sign Skip Sort Split Start Stop Store Submit Subscribe Suspend Swap Switch Take Tell Test Track Train Transfer Translate Undo Unlock Unpark Update Upload
  Use Validate Verify View Void Wake Warn Withdraw Withhold Write`.split(/\s+/),
);

/** Endings that make a verb of a noun: `Normalize`, `Notify`, `Activate`. */
const VERB_ENDING = /(?:ize|ise|ify|ate)$/;

/** What may begin an addition behind a participle: `PaymentApprovedByFraudAgent`. */
const PREPOSITIONS = new Set(['By', 'From', 'To', 'For', 'With', 'Without', 'At', 'As', 'In', 'On', 'Into', 'After', 'Before', 'During', 'Within']);

function wordsOf(type: string): readonly string[] {
  return type.match(/[A-Z][a-z0-9]*/g) ?? [];
}

function isParticiple(word: string): boolean {
  return IRREGULAR_PARTICIPLES.has(word) || (word.length > 3 && word.endsWith('ed') && !NOT_PARTICIPLES.has(word));
}

/** Whether a type is named as a fact: something, and what happened to it. `OrderPlaced`, `UserSignedUp`; not `PlaceOrder`, not `FailedPayment`. */
export function isPastTense(type: string): boolean {
  const words = wordsOf(type);
  return words.some((word, index) => index > 0 && (isParticiple(word) || STATES_ENTERED.has(word)) && endsSentence(words.slice(index + 1)));
}

/** Nothing, particles, or an addition. */
function endsSentence([next, ...rest]: readonly string[]): boolean {
  if (next === undefined) return true;
  return (PARTICLES.has(next) && endsSentence(rest)) || (PREPOSITIONS.has(next) && rest.length > 0);
}

/** Whether a type is named as a request: a verb, and what it is about. `PlaceOrder`, `SignUpUser`; not `OrderPlaced`, not `OrderPlacement`, not `PlacingOrder`. */
export function isImperative(type: string): boolean {
  const words = wordsOf(type);
  const [verb] = words;
  if (verb === undefined || words.length < 2) return false;
  return (VERBS.has(verb) || VERB_ENDING.test(verb)) && !isPastTense(type);
}
