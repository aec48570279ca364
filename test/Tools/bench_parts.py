# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What tools/bench computes from measurements, and its smallest measurements.

    bench_parts.py TOOLS BIN
"""

import os
import subprocess
import sys
import tempfile
import unittest
from xml.dom.minidom import parseString

TOOLS, BIN = sys.argv[1:3]
sys.path[:0] = [TOOLS, os.path.join(TOOLS, "bench")]
import machine  # noqa: E402
import parts  # noqa: E402
import quickstart  # noqa: E402
import roofline  # noqa: E402
import runner  # noqa: E402
import scaling  # noqa: E402
import tables  # noqa: E402

LIMITS = {"read_bytes_per_second": 100.0, "flop_per_second": 1000.0}


def make_run(share, seconds=1.0, **more):
    run = {"bytes_read": 100, "flop": 10, "limits": LIMITS, "share_of_limit": share, "seconds_median": seconds}
    return {**run, "share_min": share - 0.1, "share_max": share + 0.1, **more}


class Joining(unittest.TestCase):
    def test_medians_and_extremes(self):
        joined = runner.join([make_run(0.9, 3), None, make_run(0.5, 1), make_run(0.7, 7)])
        self.assertEqual(joined["share"], 0.7)
        self.assertAlmostEqual(joined["share_min"], 0.4)
        self.assertAlmostEqual(joined["share_max"], 1.0)
        self.assertEqual(joined["seconds"], 3)

    def test_nothing(self):
        self.assertIsNone(runner.join([None, None]))

    def test_a_region(self):
        scope = {"name": "attention", "seconds": 4.0, "bytes": 7, "flop": 8, "share_of_limit": 0.5}
        scope.update(share_min=0.4, share_max=0.6)
        joined = runner.join_scope([make_run(0.9, threads=2, scopes=[scope])], "attention")
        self.assertEqual((joined["seconds"], joined["bytes_read"], joined["share_max"]), (2.0, 7, 0.6))

    def test_other_regions(self):
        scopes = [{"name": name, "seconds": 1.0} for name in sorted(parts.MAIN_SCOPES)]
        run = {"scopes": scopes + [{"name": "norm", "seconds": 1.0}], "counted_seconds_median": 5.0, "threads": 2}
        other, waiting = parts.split(run)
        self.assertAlmostEqual(other, 0.1)
        self.assertAlmostEqual(waiting, 0.1)
        with self.assertRaises(runner.Fail):
            parts.split({**run, "scopes": scopes[1:]})


class Lines(unittest.TestCase):
    def test_a_line_is_found(self):
        line = scaling.fit([(1, 5), (2, 7), (4, 11)])
        self.assertAlmostEqual(line.start, 3)
        self.assertAlmostEqual(line.slope, 2)
        self.assertAlmostEqual(line.deviation, 0)

    def test_what_is_none_deviates(self):
        self.assertGreater(scaling.fit([(x, x**2) for x in (1, 2, 4, 8)]).deviation, 0.2)

    def test_small_points_count_as_much_as_large_ones(self):
        self.assertLess(scaling.fit([(1, 1), (2, 2), (3, 3), (1000, 1300), (2000, 1800)]).deviation, 0.3)

    def test_too_few_points(self):
        self.assertIsNone(scaling.fit([(1, 5), (2, 7)]))
        self.assertIsNone(scaling.fit([(1, 5), (1, 7), (1, 6)]))

    def test_limits_that_change_are_taken_out(self):
        fast = {**LIMITS, "read_bytes_per_second": 200.0}
        points = [(1, 100, LIMITS), (2, 200, fast), (3, 300, LIMITS)]
        records = [{"at": x, "bytes_read": b, "flop": 0, "limits": limits, "share": 0.5} for x, b, limits in points]
        self.assertEqual(scaling.at_one_limit(records), [(1, 2.0), (2, 4.0), (3, 6.0)])


class Tables(unittest.TestCase):
    def test_text_and_markdown(self):
        table = tables.Table("T", ["a", "bcd"], [["12", "3|4"]], ["note"])
        self.assertEqual(table.text(), "T\n a  bcd\n12  3|4\nnote")
        self.assertIn("| 12 | 3\\|4 |\n\nnote\n", table.markdown())

    def test_ratios_to_peers(self):
        shares = {"packed": 0.9, "plain": 0.6, "onednn-plain": 0.2, "onednn-packed": 0.3, "libxsmm": 0.6}
        records = [{"name": "q", "rows": 1, "what": what, **runner.join([make_run(s)])} for what, s in shares.items()]
        [table] = tables.products(records)
        self.assertEqual(table.rows[0][-2:], ["1.50", "3.00"])
        self.assertIn("1.50 times", table.notes[0])
        [table] = tables.products(records[:1])
        self.assertEqual(table.rows[0][-2:], ["-", "-"])
        self.assertEqual(table.notes, [])

    def test_missed_bars(self):
        self.assertEqual(tables.share_bar(0.95, 0.95), "95 %")
        self.assertEqual(tables.share_bar(0.949, 0.95), "95 %, missed")
        self.assertEqual(tables.share_bar(0.1, None), "")


class Machine(unittest.TestCase):
    def test_the_description_names_what_counts(self):
        lines = machine.describe(["tilec 1.2"])
        self.assertIn("processors", lines[0])
        self.assertIn("GiB of memory, Linux", lines[1])
        self.assertIn("tilec 1.2", lines[2])

    def test_busy_processors(self):
        spin = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        try:
            self.assertGreater(machine.busy_processors(0.5), 0.2)
        finally:
            spin.kill()
            spin.wait()


class Plots(unittest.TestCase):
    def test_empty_results_are_drawn(self):
        parseString(roofline.draw({}))
        parseString(scaling.draw({}))


class RowMajor(unittest.TestCase):
    def test_no_weight_is_left(self):
        with tempfile.TemporaryDirectory() as folder:
            path = runner.write_row_major(folder)
            with open(path) as file:
                text = file.read()
            self.assertNotIn("Weight[", text)
            self.assertIn("wq: Tensor[[LAYERS * HIDDEN, Q_HIDDEN], BF16],", text)
            bench = runner.Runner(BIN, quick=True)
            self.assertIsNotNone(bench.output([bench.tilec, path, "--emit=tile", "-o", "-"]))
            self.assertEqual(bench.failures, 0)


class Smallest(unittest.TestCase):
    """Each kind of measurement, on sizes that take no time."""

    def setUp(self):
        self.bench = runner.Runner(BIN, quick=True)
        self.bench.threads = 1

    def test_product(self):
        for what in ("packed", "plain"):
            joined = runner.join([self.bench.product(what, 1, 64, 64, True, 2)])
            self.assertGreater(joined["share"], 0)
            self.assertEqual(joined["flop"], 2 * 64 * 64 * 2)

    def test_step(self):
        with tempfile.TemporaryDirectory() as folder:
            tables_path = os.path.join(folder, "tables.safetensors")
            pages = quickstart.write_tables(tables_path, [9], page=8, max_seq=32)
            small = [word for define in quickstart.SMALL.split() for word in ("-D", define)]
            dims = quickstart.dims(1, pages, 32)
            run = self.bench.bench(quickstart.PROGRAM, *small, "--in", tables_path, *dims)
        other, waiting = parts.split(run)
        self.assertGreater(other, 0)
        self.assertLess(other + waiting, 1)
        self.assertGreater(runner.join_scope([run], "attention")["bytes_read"], 0)

    def test_scopes(self):
        with tempfile.TemporaryDirectory() as folder:
            path = parts.write_scopes(folder, 3)
            self.assertIsNotNone(self.bench.seconds([self.bench.tilec, "check", path]))

    def test_failures_are_counted(self):
        self.assertIsNone(self.bench.bench("no-such-file.tile"))
        self.assertEqual(self.bench.failures, 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
