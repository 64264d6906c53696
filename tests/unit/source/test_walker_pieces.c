/* Windows that are cut into pieces: what lies below a piece is read in the overlap too. */
#include "source/walker_world.h"

START_TEST(late_entries_are_found_below_a_piece_that_reaches_into_the_overlap)
{
    struct world *world = world_new("start: now, poll_interval: 60s, fresh_interval: 0, "
                                    "overlap: 5m, page_limit: 10");
    for (int i = 0; i < 2400; i++)
        fake_add(NOW + i / 2, NOW + i / 2 + (i % 7 == 0 ? 200 : 0));
    start(world, false);
    run_for(world, 2000);
    assert_each_once(world);
    world_free(world);
}
END_TEST

CHECK_MAIN("walker_pieces", late_entries_are_found_below_a_piece_that_reaches_into_the_overlap)
