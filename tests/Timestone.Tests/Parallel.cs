// More than there are processors: a third of the tests wait for real servers most of the time.
[assembly: Xunit.CollectionBehavior(MaxParallelThreads = 4)]
