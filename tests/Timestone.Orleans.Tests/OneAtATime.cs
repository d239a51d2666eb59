using Xunit;

// They share three silos.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
