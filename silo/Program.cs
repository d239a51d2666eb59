using StackExchange.Redis;
using Timestone.Hosting;
using Timestone.Silo;

using var silo = new SiloHost();
return await new HostProgram
{
    Name = "timestone-silo",
    Description = """
        One silo of a Timestone cluster: its queues are grains. --redis makes it a silo of the cluster that shares this Redis; without
        it is a cluster by itself. --redis embedded[:PORT] tries a cluster out with nothing installed: this silo brings a Redis along
        (Garnet, in DATA/garnet), which other silos of the machine join with --redis 127.0.0.1:PORT. Nothing is fsynced, and all silos end
        with this one. With --kafka and --elasticsearch the cluster's grains index what is in Kafka; with --role server as well, others do.

        The silo's own options, from --cluster on, are keys of Timestone:Silo. Orleans' own section counts too, as Aspire sets it
        (Orleans:Clustering, :GrainDirectory, :GrainStorage, :ClusterId, :ServiceId, :Endpoints): the Redis of Orleans:Clustering is the
        silo's unless --redis says another.
        """,
    Options = SiloOptions.Section.Options,

    // Queues hand over to other silos, which takes a commit and an answer of Redis each.
    ShutdownTimeout = TimeSpan.FromSeconds(30),
    Complete = OrleansSection.Complete,
    Configure = silo.Configure,
    Use = silo.Use,

    // What Orleans and its Redis fail with when Redis goes while the silo joins.
    Explains = static problem => problem is OrleansException or RedisException or TimeoutException,
}.RunAsync(args, Console.Out, Console.Error);
