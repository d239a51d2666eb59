using System.Globalization;
using Timestone.Silo.Embedded;

// The silo's Garnet by itself, which whoever started it kills: DIRECTORY PORT [OPTION…]
using var garnet = EmbeddedGarnet.Start(args[0], int.Parse(args[1], CultureInfo.InvariantCulture), args[2..]);
Thread.Sleep(Timeout.Infinite);
