
// Swiftlet's addition: without it, User-Mode Linux counts a process's CPU time in ticks of 10 ms.
unsigned long long notrace sched_clock(void)
{
	return os_nsecs();
}
