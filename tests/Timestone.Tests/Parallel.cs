using Xunit.v3;

// More than there are processors: many tests wait for real servers most of their time.
[assembly: Parallelization(MaxThreads = 4)]
