using Xunit.Sdk;
using Xunit.v3;

// They share three silos.
[assembly: Parallelization(Mode = ParallelMode.None)]
