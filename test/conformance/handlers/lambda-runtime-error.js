throw new Error('Runtime startup fails');
